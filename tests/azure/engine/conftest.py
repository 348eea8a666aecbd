from tests.e2e.fixtures import emulator, service, stack

__all__ = ["emulator", "service", "stack"]
