"""What one EPCIS event says, whether it makes sense, and its event hash; values in, values out."""
