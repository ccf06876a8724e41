// Rejections that nobody has handled by the end of a turn, which end a process of Node.

/** What was rejected and left while `run` and the turns after it were under way. */
export async function unhandledIn(run: () => unknown): Promise<unknown[]> {
  const reasons: unknown[] = []
  const note = (reason: unknown): void => void reasons.push(reason)
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
  try {
    await run()
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setTimeout(resolve, 2))
  } finally {
    process.off('unhandledRejection', note)
    for (const other of others) process.on('unhandledRejection', other)
  }
  return reasons
}
