"""From the monthly frame to scores, a champion, and a forecast table."""
