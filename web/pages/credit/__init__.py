"""Pages of credit: the counter's check, a party's record, lists, cases and feeds."""
