import t from 'tap'
import { assertApp, assertRootPath } from '../../lib/protocol/options.ts'

t.test('accepts functions as apps, and nothing else', async (t) => {
  assertApp(async () => {}, 'serve')

  for (const value of [undefined, null, {}, 'app']) {
    t.throws(
      () => assertApp(value, 'serve'),
      /^serve: it takes an app .*(an object|".*"|undefined|null) was given/,
    )
  }
})

t.test('takes a prefix without a slash at its end', async (t) => {
  for (const rootPath of ['', '/a', '/api/v1', '/a b']) assertRootPath(rootPath, 'serve')

  for (const rootPath of ['/', 'api', '/api/', '/a?b', '/a#b']) {
    t.throws(() => assertRootPath(rootPath, 'serve'), /^serve: rootPath must be empty or a path/)
  }
})
