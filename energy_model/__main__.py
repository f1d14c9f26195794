"""``python -m energy_model``."""

from energy_model.cli.app import main

if __name__ == "__main__":
    main()
