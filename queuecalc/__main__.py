"""`python -m queuecalc` is the command `queuecalc`."""

from queuecalc.cli.main import main

if __name__ == "__main__":
    main(prog_name="queuecalc")
