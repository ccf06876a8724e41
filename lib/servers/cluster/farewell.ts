/** What a worker tells the primary before it ends. */

const tellers: (() => void)[] = []

/** Calls the function once the server of this worker has closed, while the primary still listens. */
export function beforeEnd(tell: () => void): void {
  tellers.push(tell)
}

export function tellAtEnd(): void {
  for (const tell of tellers) tell()
}
