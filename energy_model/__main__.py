"""``python -m energy_model``."""

from energy_model.cli.start import main

if __name__ == "__main__":
    main()
