"""Pure judges: one file per word of `then`, one per invariant; trace in, verdict out."""
