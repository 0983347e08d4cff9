"""Tables from Excel and CSV: opened whatever wrote them, headings found, rows told from titles and totals."""
