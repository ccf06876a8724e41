// Which changes does `serve --reload` see?
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t, { type Test } from 'tap'
import { FileWatcher } from '../../lib/cli/reload/watch.ts'
import { eventually } from '../support/sockets.ts'

function watched(t: Test) {
  const root = mkdtempSync(path.join(tmpdir(), 'stellula-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const changes: string[] = []
  const watcher = new FileWatcher((file) => changes.push(path.relative(root, file)))
  t.teardown(() => watcher.close())
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return {
    root,
    changes,
    watcher,
    write,
    add: (file: string) => watcher.add(path.join(root, file)),
  }
}

t.test('a folder that is deleted and made again is watched again', async (t) => {
  const { root, changes, write, add } = watched(t)
  write('lib/a.ts', '1')
  write('lib/deep/b.ts', '1')
  add('lib/a.ts')
  add('lib/deep/b.ts')

  rmSync(path.join(root, 'lib'), { recursive: true })
  await eventually(() => changes.length > 0, 'the deletion')
  for (let round = 2; round < 5; round++) {
    for (const file of ['lib/a.ts', 'lib/deep/b.ts']) {
      changes.length = 0
      write(file, String(round))
      await eventually(() => changes.includes(file), `change ${round} of ${file}`)
    }
  }
  t.pass('each change was seen')
})

t.test('a folder that is replaced at once is watched again', async (t) => {
  const { root, changes, write, add } = watched(t)
  write('lib/a.ts', '1')
  add('lib/a.ts')

  rmSync(path.join(root, 'lib'), { recursive: true })
  write('lib/a.ts', '2')
  await eventually(() => changes.length > 0, 'the replacement')
  changes.length = 0
  write('lib/a.ts', '3')
  await eventually(() => changes.length > 0, 'a change')
  t.same(changes, ['lib/a.ts'])
})

t.test('a folder may be made later', async (t) => {
  const { changes, write, add } = watched(t)
  add('later/a.ts')
  write('later/a.ts', '1')

  await eventually(() => changes.length > 0, 'the file')
  t.same(changes, ['later/a.ts'])
})

t.test('a closed watcher sees nothing, and looks for nothing', async (t) => {
  const { changes, watcher, write, add } = watched(t)
  write('a.ts', '1')
  add('a.ts')
  add('missing/b.ts')
  watcher.close()
  write('a.ts', '2')
  add('c.ts')

  await new Promise((resolve) => setTimeout(resolve, 100))
  t.same(changes, [])
})
