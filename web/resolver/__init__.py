"""The GS1 Digital Link resolver: from the address of a code to its page or to one of its links."""
