"""What the GS1 schemes share: check digits, identifiers, element strings, links, EPC URIs."""
