"""Use the generated code: no other package builds requests or decodes replies."""
