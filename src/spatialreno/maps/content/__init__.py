"""What is told beside the map: tables of indicators, money, people and owners."""
