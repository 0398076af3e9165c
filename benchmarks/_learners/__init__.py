"""Parts of the learners' benchmark."""
