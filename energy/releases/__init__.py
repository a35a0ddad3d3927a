"""What we publish: release bundles, the store they live in, and the pointer to the champion."""
