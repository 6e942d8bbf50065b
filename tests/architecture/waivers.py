"""Named exceptions to the house's limits, each with its reason. An exception that is no longer needed fails the tests."""

# Between 40 and 60 lines; nothing is over 60.
LONG_FUNCTIONS: dict[str, str] = {}

# Between 300 and 400 lines; nothing is over 400.
LONG_MODULES: dict[str, str] = {}

# Writes to the database outside services.
WRITES: dict[str, str] = {}

# Deeds of services (they take `by` or `at`) with positional arguments.
POSITIONAL: dict[str, str] = {}

# Clock reading where `at` should be given.
CLOCKS: dict[str, str] = {}
