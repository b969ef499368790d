// Private links. The token is derived from the order and the shop's secret: it can be written into every letter,
// and the database holds only its hash.
import { createHmac } from 'node:crypto';
import type { Config } from './config';
import { sha256 } from './models/token';

export const linkToken = (config: Config, order_id: string): string =>
  createHmac('sha256', config.secrets.link).update(`order:${order_id}`).digest('base64url');

export const linkTokenSha256 = (config: Config, order_id: string): string =>
  sha256(linkToken(config, order_id));

/** The path of an order's private page, e.g. `/o/…/proof/2`. */
export const orderPath = (config: Config, order_id: string, rest = ''): string =>
  `/o/${linkToken(config, order_id)}${rest}`;

export const orderUrl = (config: Config, order_id: string, rest = ''): string =>
  config.base_url + orderPath(config, order_id, rest);
