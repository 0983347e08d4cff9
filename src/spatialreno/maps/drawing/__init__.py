"""What is drawn: features, themes, symbols, styles and the cards behind them."""
