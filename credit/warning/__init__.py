"""Early warning: rules over facts and over who supplied whom, with acts that are entries."""
