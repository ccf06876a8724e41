// Where do access logs go, so that neither a disk nor a terminal is measured?

/** Takes lines as a stream does, and counts them. */
export const sink = {
  lines: 0,
  write(_line: string): boolean {
    sink.lines++
    return true
  },
}
