"""The only room that imports azure.*, and only inside functions: a no-op run and a preview must not pay for it."""
