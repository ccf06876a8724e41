/** Handlers of websockets by callbacks: endpoints, listeners that answer, streams that push. */
export type { MessageContract, MessageHandler, MessageTexts } from './endpoints/contract.ts'
export { WebSocketEndpoint, type WebSocketEndpointOptions } from './endpoints/endpoint.ts'
export { type ListenerOptions, websocketListener } from './endpoints/listener.ts'
export {
  sendStream,
  type WebSocketSource,
  type WebSocketStreamOptions,
  websocketStream,
} from './endpoints/stream.ts'
