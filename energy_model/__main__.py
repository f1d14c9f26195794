"""``python -m energy_model``."""

from energy_model.interface.cli import main

if __name__ == "__main__":
    main()
