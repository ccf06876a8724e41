// How do the measured windows become the tables on websockets?

import { table } from '../report.ts'
import type { Section } from '../sections.ts'
import { median, quantile } from '../statistics.ts'
import { type Circumstances, sectionReport, type Window } from '../tables.ts'
import { type SpeedScenario, speedScenarios, talks } from './scenarios.ts'

export interface SocketWindow extends Window<SpeedScenario> {
  latencies: number[]
  /** How much of a core each process took. */
  serverShare: number
  clientShare: number
}

const broadcasts = speedScenarios.filter((name) => talks[name].app === 'broadcast')

const section: Section<SpeedScenario> = {
  title: 'Websockets',
  legend: `A cell is CPU speed / messages per second, both as ratios to raw, so more is faster; CPU speed is the
server CPU time of raw per message divided by that of the contender. The raw column is in absolute
numbers. Floor and goal are for Stellula's CPU speed, the last two columns for Stellula against the
fastest of Fastify, Hono and h3.

* Raw is bare ws on node:http as its README shows it: no routes, no middleware, and an echo sends the
  bytes that came. In rawtext it makes a string of a text and sends that, which is the same work as
  with most of the others. All but h3 are built on the same ws (h3 on the copy in crossws).
* echo is a text of 32 bytes over 64 sockets, each with one message under way; in echo8 each has eight,
  which come together; echo1k is binary, of 1 KB. The texts pass through the app as strings, save with
  raw and Fastify, which hand on what came.
* In broadcast1000 and broadcast10000 one socket says the 32 bytes to so many, itself included; when the
  last has it, the next is said. A message is one that arrives at one socket. Stellula goes through a
  set of its websockets in a loop; channels is Stellula with stellula/channels, a subscription for each
  socket; raw and Fastify loop over the clients of their server, Hono over a set, h3 uses peer.publish.
* The client speaks raw frames over node:net, in a process of its own for each server. How much of a
  core it took stands beside what the server took: where the client's share is the greater, the rate
  and the time until the last are its own, and only the CPU time says something of the server.
* Stellula and h3 ask silent clients every 20 and 30 s whether they are there, raw, Fastify and Hono do not.`,
  groups: {
    Echo: speedScenarios.filter((name) => talks[name].app === 'echo'),
    Broadcast: broadcasts,
  },
  packages: [
    ...['stellula', 'ws', 'fastify', '@fastify/websocket', 'hono', '@hono/node-server'],
    ...['h3', 'crossws'],
  ],
}

export function socketReport(windows: SocketWindow[], circumstances: Circumstances): string {
  const { contenders } = circumstances
  const measured = speedScenarios.filter((name) =>
    windows.some(({ scenario }) => scenario === name),
  )
  const latencies = broadcasts
    .filter((name) => measured.includes(name))
    .map((name) => [name, ...contenders.map((one) => latencyOf(only(windows, name, one)))])
  const shares = measured.map((name) => [
    name,
    ...contenders.map((one) => sharesOf(only(windows, name, one))),
  ])
  const parts = [sectionReport(section, windows, circumstances)]
  if (latencies.length > 0) {
    parts.push(
      `### Milliseconds until the last socket has a broadcast: median, and 95 of 100\n\n${table(['scenario', ...contenders], latencies)}`,
    )
  }
  parts.push(
    `### Shares of a core: the server's / the client's\n\n${table(['scenario', ...contenders], shares)}`,
  )
  return parts.join('\n\n')
}

function only(windows: SocketWindow[], scenario: string, contender: string): SocketWindow[] {
  return windows.filter((one) => one.scenario === scenario && one.contender === contender)
}

function latencyOf(windows: SocketWindow[]): string {
  const all = windows.flatMap(({ latencies }) => latencies)
  if (all.length === 0) return '–'
  return `${median(all).toFixed(1)}, ${quantile(all, 0.95).toFixed(1)}`
}

function sharesOf(windows: SocketWindow[]): string {
  if (windows.length === 0) return '–'
  const ofServer = median(windows.map(({ serverShare }) => serverShare))
  const ofClient = median(windows.map(({ clientShare }) => clientShare))
  return `${ofServer.toFixed(2)} / ${ofClient.toFixed(2)}`
}
