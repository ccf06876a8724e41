/** Removes Node's listener for new connections, which lets another listener call it. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Removes the first listener, which is Node's or one that has replaced it. Returns a function that calls it. */
export function withoutListener(
  node: Server,
  event: 'connection' | 'secureConnection',
): (socket: Socket) => void {
  const [own] = node.listeners(event)
  if (own === undefined) throw new Error(`serve: this Node has no listener for '${event}'.`)
  node.off(event, own as () => void)
  return (socket) => void own.call(node, socket)
}
