"""The words people choose from: categories, outcomes, languages, access features.

Owns: slugs, labels and the checks a category needs. Does not own: who offers or wants them.
Ask: `providers` for listings, `marketplace` for needs.
"""
