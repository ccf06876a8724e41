import t from 'tap'
import { backgroundTasks } from '../lib/background.ts'

// BG-2, BG-4
t.test('runs tasks one after the other, each awaited', async (t) => {
  const seen: string[] = []
  const tasks = backgroundTasks(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      seen.push('slow')
    },
    () => seen.push('quick'),
  )

  await tasks()

  t.strictSame(seen, ['slow', 'quick'])
})

t.test('starts no task before it is called, and can be called again', async (t) => {
  let runs = 0
  const tasks = backgroundTasks(() => runs++)

  const before = runs
  await tasks()
  await tasks()

  t.strictSame([before, runs], [0, 2])
})

t.test('a task that throws stops the rest and rejects with its error', async (t) => {
  const seen: string[] = []
  const error = new Error('kaput')
  const tasks = backgroundTasks(
    () => seen.push('first'),
    () => {
      throw error
    },
    () => seen.push('third'),
  )

  await t.rejects(Promise.resolve(tasks()), error)
  t.strictSame(seen, ['first'])
})

t.test('does nothing when there are no tasks', async (t) => {
  t.equal(await backgroundTasks()(), undefined)
})

t.test('refuses tasks that are not functions immediately, and names the first', (t) => {
  const work = (): Promise<void> => Promise.resolve()

  t.throws(
    () => {
      // @ts-expect-error the work was called instead of given
      backgroundTasks(work, work())
    },
    {
      name: 'TypeError',
      message:
        /^backgroundTasks: every task must be a function, but number 2 is an object \(Promise\)\. Write \(\)/,
    },
  )
  t.end()
})
