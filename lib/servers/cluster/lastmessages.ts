/** Sends the last messages of a worker before it ends. */

const tellers: (() => void)[] = []

/** Calls the function after the server of this worker has closed, while the primary still listens. */
export function onceClosed(tell: () => void): void {
  tellers.push(tell)
}

export function sendLastMessages(): void {
  for (const tell of tellers) tell()
}
