"""Stories with questions and their answers: files in the format of bAbI, JSON lines, and made ones."""
