"""The rules of law as dated data: which norm and article says what, since when and until when."""
