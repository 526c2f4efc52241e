import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './mesh.js';

/** A span as OTLP has it in JSON, with its attributes as an object. */
export interface Span {
  readonly node: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, string | number>>;
}

type Attribute = { key: string; value: Record<string, string | number> };
type Body = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Omit<Span, 'attributes' | 'node'> & { attributes: Attribute[] })[] }[];
  }[];
};

/** Takes traces by OTLP over HTTP, in JSON. */
export class TraceCollector {
  readonly spans: Span[] = [];
  readonly requests: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] =
    [];
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      this.requests.push({ path: request.url, headers: request.headers, body });
      this.spans.push(...spansOf(JSON.parse(body) as Body));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves with all spans once the unit of each of these nodes has arrived. */
  units(...nodes: readonly string[]): Promise<Span[]> {
    return until(`spans of units on ${nodes.join(', ')}`, () =>
      nodes.every((node) =>
        this.spans.some((span) => span.node === node && span.name.startsWith('unit ')),
      )
        ? this.spans
        : undefined,
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function spansOf({ resourceSpans }: Body): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const node = String(attributesOf(resource.attributes)['service.instance.id']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({ ...span, node, attributes: attributesOf(span.attributes) })),
    );
  });
}

function attributesOf(attributes: readonly Attribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? '']),
  );
}
