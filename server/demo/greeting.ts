// What the terminal says when the shop is open.
import { join } from 'node:path';
import type { News } from '../first-start';
import * as setting from '../models/setting';
import type { Portal } from '../portal';

const PAYMENTS = {
  stripe: 'Cards are charged through Stripe.',
  stand_in: 'Cards are a demonstration: no money moves. Set STRIPE_SECRET_KEY for a real shop.',
  counter_only: 'No card processor is set up: customers pay at the counter. Set STRIPE_SECRET_KEY for cards.',
};

export async function greeting({ config, db, sealer }: Portal, news: News): Promise<string> {
  const { name } = await setting.shop(db);
  const lines = [`${name} is open at ${config.base_url}`, ''];
  if (news.owner) {
    lines.push(
      `Staff sign in at ${config.base_url}/staff/login`,
      `  ${news.owner.email}`,
      `  ${news.owner.password}`,
      `  (kept in ${news.owner.file}; change it after signing in)`,
    );
  } else {
    lines.push(
      `Staff sign in at ${config.base_url}/staff/login (first password: ${join(config.data_dir, 'first-sign-in.txt')})`,
    );
  }
  if (news.demo_order) lines.push('', `Something to sign: ${news.demo_order}`);
  if (config.is_demo) {
    lines.push(
      '',
      'To try: order business cards as a customer, reserve with card 4242 4242 4242 4242, sign the proof;',
      `or pair a tablet at ${config.base_url}/kiosk and send it the proof from an order's page.`,
      `E-mails ${config.smtp_url ? 'are sent by SMTP' : 'are kept, readable by staff under Letters'}.`,
    );
  }
  const expiry = sealer.expiry();
  if (expiry) {
    lines.push(
      '',
      `The certificate that seals proofs ends on ${expiry.not_after.slice(0, 10)}: run "npm run -s rotate-seal" before that day.`,
    );
  }
  lines.push('', PAYMENTS[config.payments.mode], `Data: ${config.data_dir}`, 'Stop with Ctrl-C.');
  return lines.join('\n');
}
