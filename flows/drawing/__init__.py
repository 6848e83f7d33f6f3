"""Draw flows: as text, for Mermaid and Graphviz, and as SVG."""
