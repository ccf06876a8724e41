// What is left where no page and no YAML library is installed, and where there is no file system.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

/** Hides the package for YAML, as if it were not installed. */
const HIDING = `export const resolve = (specifier, context, next) => {
  if (specifier !== 'yaml') return next(specifier, context)
  throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
}`

const lib = (file: string): string =>
  JSON.stringify(pathToFileURL(path.resolve('build/lib', file)).href)

/** Runs a program with the app `OpenAPI`, and returns what it prints as JSON. */
async function printed(source: string): Promise<unknown> {
  const program = `
    import { register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(HIDING)}))
    const { Application, Mount } = await import(${lib('index.js')})
    const { OpenAPI } = await import(${lib('openapi.js')})
    const { testClient } = await import(${lib('testing/client.js')})
    const options = { title: 'Users', version: '1.0.0' }
    const get = async (url, more) => {
      const client = await testClient(Application({ routes: [Mount('/docs', OpenAPI({ ...options, ...more }))] }))
      const response = await client.get(url)
      const policy = response.headers.get('content-security-policy')
      return { status: response.status, text: await response.text(), policy }
    }
    ${source}`
  // The test runner puts hooks of its own into every child.
  const node = ['-u', 'NODE_OPTIONS', process.execPath, '--no-warnings', '--conditions=workerd']
  const args = [...node, '--input-type=module', '-e', program]
  return JSON.parse((await promisify(execFile)('env', args)).stdout)
}

t.test('without a page it says what to install, and links the document', async (t) => {
  const { status, text, policy } = (await printed(
    `console.log(JSON.stringify(await get('/docs/')))`,
  )) as { status: number; text: string; policy: string }

  t.equal(status, 200)
  t.match(text, '<a href="openapi.json">openapi.json</a>')
  for (const name of ['@scalar/api-reference', 'swagger-ui-dist', 'redoc']) {
    t.match(text, `<code>npm install ${name}</code>`)
  }
  t.notMatch(text, '<script')
  t.match(policy, "default-src 'none'; ")
})

t.test('at the edge a page that cannot be found is plain, unless it has a url', async (t) => {
  const [plain, shown] = (await printed(`console.log(JSON.stringify([
    await get('/docs/', { page: 'swagger' }),
    await get('/docs/', { page: 'swagger', url: 'https://cdn.example.org/swagger-ui-dist/' }),
  ]))`)) as { text: string }[]

  t.match(plain?.text, 'give the option <code>url</code>')
  t.match(shown?.text, 'src="https://cdn.example.org/swagger-ui-dist/swagger-ui-bundle.js"')
})

t.test('without a library for YAML it says what to install', async (t) => {
  t.match(await printed(`console.log(JSON.stringify(await get('/docs/openapi.yaml')))`), {
    status: 404,
    text: 'The document is not available as YAML. Run npm install yaml to enable it.',
  })
})
