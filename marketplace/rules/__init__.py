"""Pure rules of the market: tables of transitions, weeks and their pence, silence, dates. No Django, no clock.

`tables`: what may follow what. `weeks`: visits, prices, each payer's pence per week, what it can cost. `silence`: when no answer may pay.
`dates`: when each thing is due. `counting`, `suppression`: what councils are told of what people want. `briefs`: what a group asks providers
for; `wording`: what its words may not tell; `offering`: what a provider may answer. `changes`: what was signed, changed.
"""
