/** Serves the reference apps on workerd, and prints their ports. */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeWorker } from '../support/workerd.ts'
import { apps } from './apps.ts'

/** Parts of the apps that need a file system, or code made from text. */
const ABSENT = {
  'apps/files.js': `export const files = []
    const absent = () => async () => {}
    export const file = () => absent
    export const digits = file`,
  'apps/static.js': `export const staticFiles = []
    export const site = async () => {}
    export const html = site`,
  'apps/templates.js': 'export const rendered = []',
}

const names = Object.keys(apps)
const { binary, config, folder } = await makeWorker({
  entry: fileURLToPath(new URL('worker.js', import.meta.url)),
  sockets: names.map((name) => ({ name, props: { app: name } })),
  flags: ['nodejs_compat'],
  replace: ABSENT,
})
const worker = spawn(binary, ['serve', '--experimental', '--control-fd=1', config], {
  stdio: ['ignore', 'pipe', 'inherit'],
})

const ports: Record<string, number> = {}
createInterface(worker.stdout).on('line', (line) => {
  const { event, socket, port } = JSON.parse(line)
  if (event === 'listen') ports[socket] = port
  if (names.every((name) => name in ports)) console.log(JSON.stringify(ports))
})

process.once('SIGTERM', () => worker.kill())
worker.once('exit', () => {
  rmSync(folder, { recursive: true })
  process.exit()
})
