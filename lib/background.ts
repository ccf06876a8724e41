/** Work that runs after a response was sent. */

import { shown } from './internal/checks.ts'

/** A function without arguments, whose result is awaited. Data that it needs comes from its closure. */
export type Background = () => unknown

/**
 * Runs several tasks one after another. If a task throws, the remaining ones are skipped and the server
 * logs the error.
 *
 * @throws TypeError if a task is not a function.
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
      `backgroundTasks: every task must be a function, but number ${index + 1} is ${shown(task)}. ` +
        'Write () => work() instead of work().',
    )
  })
  return async () => {
    for (const task of tasks) await task()
  }
}
