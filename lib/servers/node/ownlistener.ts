/** Puts something in front of what Node does with connections. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** The first listener, which is Node's own, or that of what is in front of it, to be called by another. */
export function withoutListener(
  node: Server,
  event: 'connection' | 'secureConnection',
): (socket: Socket) => void {
  const [own] = node.listeners(event)
  if (own === undefined) throw new Error(`serve: this Node has no listener for '${event}'.`)
  node.off(event, own as () => void)
  return (socket) => void own.call(node, socket)
}
