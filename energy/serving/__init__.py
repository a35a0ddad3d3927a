"""From a release and a request to a forecast: by look-up where that is enough."""
