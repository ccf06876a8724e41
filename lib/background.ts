/** Work that is done after a response has been sent. */

/** A function without arguments; what it returns is awaited. Close over what it needs. */
export type Background = () => unknown

/**
 * Puts several tasks in a row; one that throws stops the rest, and its error goes to the server's log.
 *
 * @throws TypeError when a task is no function.
 * @example
 * const background = backgroundTasks(
 *   () => console.log('first'),
 *   async () => console.log('second'),
 * )
 * new PlainTextResponse('done', { background })
 */
export function backgroundTasks(...tasks: readonly Background[]): Background {
  tasks.forEach((task, index) => {
    if (typeof task === 'function') return
    throw new TypeError(
      `backgroundTasks: every task must be a function, but number ${index + 1} is ${typeof task}. ` +
        'Write () => work() instead of work().',
    )
  })
  return async () => {
    for (const task of tasks) await task()
  }
}
