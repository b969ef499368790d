import Stripe from 'stripe';

/** The one version that the stand-in speaks: that of the installed SDK. */
export const ApiVersion: string = Stripe.API_VERSION;
