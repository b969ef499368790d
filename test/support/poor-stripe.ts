// A Stripe-compatible server that is poorer and pickier than Stripe: it refuses every parameter that a payment can do
// without, and leaves out of its answers what another field already says.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseForm } from '../../bin/stripe-stand-in/form';

export interface PoorStripe {
  url: string;
  /** What was refused, as `METHOD path: parameter`. */
  refused: string[];
  stop(): Promise<void>;
}

/** All that each request may carry; anything else is refused by name. */
const NEEDED: Array<[RegExp, string[]]> = [
  [
    /^POST \/v1\/checkout\/sessions$/,
    [
      'mode',
      'line_items',
      'payment_intent_data',
      'metadata',
      'client_reference_id',
      'customer_email',
      'locale',
      'expires_at',
      'success_url',
      'cancel_url',
    ],
  ],
  [/^POST \/v1\/payment_intents\/\w+\/capture$/, ['amount_to_capture']],
  [/^POST \/v1\/payment_intents\/\w+\/cancel$/, []],
  [/^POST \/v1\/checkout\/sessions\/\w+\/expire$/, []],
  [/^POST \/v1\/refunds$/, ['payment_intent', 'amount', 'metadata']],
];

function poorer(text: string): string {
  return JSON.stringify(JSON.parse(text), (key, value) =>
    ['amount_received', 'amount_capturable', 'amount_captured', 'next_action'].includes(key)
      ? undefined
      : value,
  );
}

export async function startPoorStripe(real: string): Promise<PoorStripe> {
  const refused: string[] = [];
  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = (req.url ?? '').split('?')[0];
    const asked = `${req.method} ${path}`;
    const isUpdate = /^POST \/v1\/payment_intents\/\w+$/.test(asked);
    const rule = NEEDED.find(([pattern]) => pattern.test(asked));
    const names = req.method === 'POST' ? Object.keys(parseForm(body.toString())) : [];
    const extra = isUpdate ? names : rule ? names.filter((name) => !rule[1].includes(name)) : [];
    res.setHeader('Content-Type', 'application/json');
    if (extra.length > 0) {
      refused.push(...extra.map((name) => `${asked}: ${name}`));
      const message = `Received unknown parameter: ${extra[0]}`;
      res
        .writeHead(400)
        .end(
          JSON.stringify({ error: { type: 'invalid_request_error', code: 'parameter_unknown', message } }),
        );
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(req.headers).filter(
        ([name]) => !['host', 'connection', 'content-length'].includes(name),
      ),
    ) as Record<string, string>;
    const answer = await fetch(real + req.url, {
      method: req.method,
      headers,
      body: body.length ? body : undefined,
    });
    res.writeHead(answer.status).end(poorer(await answer.text()));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    refused,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
