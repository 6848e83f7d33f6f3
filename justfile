# The tasks of developers; without just, copy the lines. Everything at once, as the gate does it: .ci/run

# List the tasks.
default:
    @just --list

# Install the locked packages.
setup:
    uv sync --locked

# Put the code into shape.
format:
    uv run ruff check --fix .
    uv run ruff format .

# What the gate asks besides the tests.
lint:
    uv run ruff check .
    uv run ruff format --check .
    uv run mypy
    uv run lint-imports
    uv run peoplepower flows lint

# Run the tests, or some: just test tests/flows -k stop
test *args:
    uv run pytest {{ args }}

# The whole gate, as a new machine runs it.
gate:
    .ci/run
