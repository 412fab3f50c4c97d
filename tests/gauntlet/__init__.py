"""The gauntlet: what must hold before somebody trusts the service with money, in lanes, with what came of each written down."""
