"""From published workbooks to the validated monthly frame."""
