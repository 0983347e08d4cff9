"""``python -m spatialreno``."""

from spatialreno.cli import main

if __name__ == "__main__":
    main()
