"""What `d365` needs beside the work itself: dbt and the sandbox as child processes, and tables."""
