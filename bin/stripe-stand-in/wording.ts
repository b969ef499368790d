/** What the hosted pages say, in both languages. */
export interface Wording {
  back: string;
  demonstration: string;
  demonstration_more: string;
  title: (shop: string) => string;
  hold_title: string;
  pay_title: string;
  to_hold: string;
  to_pay: string;
  quantity: (count: number) => string;
  total: string;
  hold_explained: string;
  choose_card: string;
  cards: Record<string, { name: string; does: string }>;
  other_card: string;
  other_card_hint: string;
  email: string;
  email_hint: string;
  hold: (amount: string) => string;
  pay: (amount: string) => string;
  language: string;
  problem: string;
  errors: Record<
    'card_missing' | 'card_unknown' | 'email' | 'generic_decline' | 'insufficient_funds' | 'refused',
    string
  >;
  authenticate_title: string;
  authenticate_explained: (amount: string, shop: string) => string;
  your_bank: string;
  confirm: string;
  refuse: string;
  ending: (digits: string) => string;
  complete_title: string;
  complete_explained: string;
  expired_title: string;
  expired_explained: string;
  unknown_title: string;
  unknown_explained: string;
  go_on: string;
  a_shop: string;
  code: string;
}

const en: Wording = {
  back: 'Back to the shop',
  demonstration: 'Demonstration – no money moves',
  demonstration_more: 'This page plays the part of the payment provider. Never type a real card number here.',
  title: (shop) => `Payment to ${shop}`,
  hold_title: 'Reserve the amount',
  pay_title: 'Pay',
  to_hold: 'To be reserved',
  to_pay: 'To pay',
  quantity: (count) => `Quantity ${count}`,
  total: 'Total',
  hold_explained:
    'The amount is only reserved on your card for now. The shop collects it later; otherwise the reservation is cancelled.',
  choose_card: 'Choose a demonstration card',
  cards: {
    visa: { name: 'A card that works', does: 'Accepted at once' },
    authenticationRequired: { name: 'A card with 3-D Secure', does: 'Its bank asks you to confirm' },
    visa_chargeDeclined: { name: 'A card that is declined', does: 'Refused at once' },
    standIn_captureFails: {
      name: 'A card that fails later',
      does: 'Reserved now, refused when the shop collects',
    },
    standIn_shortHold: { name: 'A short reservation', does: 'The reservation lapses after one hour' },
  },
  other_card: 'Or type a demonstration card number',
  other_card_hint: 'If you type a number, it is used instead of the choice above.',
  email: 'E-mail address',
  email_hint: 'Your receipt would go here. Nothing is sent.',
  hold: (amount) => `Reserve ${amount}`,
  pay: (amount) => `Pay ${amount}`,
  language: 'Français',
  problem: 'The payment did not go through',
  errors: {
    card_missing: 'Please choose a card.',
    card_unknown: 'This is not a demonstration card. Please choose one from the list.',
    email: 'Please enter a full e-mail address, such as name@example.com.',
    generic_decline: 'The card was declined. Nothing was reserved or charged. Please choose another card.',
    insufficient_funds:
      'The card has insufficient funds. Nothing was reserved or charged. Please choose another card.',
    refused:
      'The payment was not confirmed. Nothing was reserved or charged. Please try again or choose another card.',
  },
  authenticate_title: 'Confirm this payment',
  authenticate_explained: (amount, shop) => `${shop} asks for ${amount}. Do you recognise this payment?`,
  your_bank: 'Your bank (demonstration)',
  confirm: 'Confirm',
  refuse: 'Refuse',
  ending: (digits) => `Card ending in ${digits}`,
  complete_title: 'This is already done',
  complete_explained: 'This step is complete. You need not do anything else here.',
  expired_title: 'This page has expired',
  expired_explained: 'Nothing was reserved or charged. Please go back to the shop to start again.',
  unknown_title: 'There is no such page',
  unknown_explained: 'Please go back to the shop and follow its link again.',
  go_on: 'Continue to the shop',
  a_shop: 'the shop',
  code: 'en',
};

const fr: Wording = {
  back: 'Retour à la boutique',
  demonstration: 'Démonstration – aucun argent ne circule',
  demonstration_more:
    'Cette page joue le rôle du prestataire de paiement. Ne saisissez jamais ici un vrai numéro de carte.',
  title: (shop) => `Paiement pour ${shop}`,
  hold_title: 'Réserver le montant',
  pay_title: 'Payer',
  to_hold: 'À réserver',
  to_pay: 'À payer',
  quantity: (count) => `Quantité : ${count}`,
  total: 'Total',
  hold_explained:
    'Pour l’instant, le montant est seulement réservé sur votre carte. La boutique l’encaisse plus tard, sinon la réservation est annulée.',
  choose_card: 'Choisissez une carte de démonstration',
  cards: {
    visa: { name: 'Une carte qui fonctionne', does: 'Acceptée immédiatement' },
    authenticationRequired: {
      name: 'Une carte avec 3-D Secure',
      does: 'Sa banque vous demande de confirmer',
    },
    visa_chargeDeclined: { name: 'Une carte refusée', does: 'Refusée immédiatement' },
    standIn_captureFails: {
      name: 'Une carte qui échoue ensuite',
      does: 'Réservée maintenant, refusée à l’encaissement',
    },
    standIn_shortHold: { name: 'Une réservation courte', does: 'La réservation expire au bout d’une heure' },
  },
  other_card: 'Ou saisissez un numéro de carte de démonstration',
  other_card_hint: 'Si vous saisissez un numéro, il remplace le choix ci‑dessus.',
  email: 'Adresse e-mail',
  email_hint: 'Votre reçu arriverait ici. Rien n’est envoyé.',
  hold: (amount) => `Réserver ${amount}`,
  pay: (amount) => `Payer ${amount}`,
  language: 'English',
  problem: 'Le paiement n’a pas abouti',
  errors: {
    card_missing: 'Veuillez choisir une carte.',
    card_unknown: 'Ce n’est pas une carte de démonstration. Veuillez en choisir une dans la liste.',
    email: 'Veuillez saisir une adresse e-mail complète, par exemple nom@exemple.fr.',
    generic_decline:
      'La carte a été refusée. Rien n’a été réservé ni débité. Veuillez choisir une autre carte.',
    insufficient_funds:
      'Le solde de la carte est insuffisant. Rien n’a été réservé ni débité. Veuillez choisir une autre carte.',
    refused:
      'Le paiement n’a pas été confirmé. Rien n’a été réservé ni débité. Veuillez réessayer ou choisir une autre carte.',
  },
  authenticate_title: 'Confirmez ce paiement',
  authenticate_explained: (amount, shop) => `${shop} demande ${amount}. Reconnaissez-vous ce paiement ?`,
  your_bank: 'Votre banque (démonstration)',
  confirm: 'Confirmer',
  refuse: 'Refuser',
  ending: (digits) => `Carte se terminant par ${digits}`,
  complete_title: 'C’est déjà fait',
  complete_explained: 'Cette étape est terminée. Vous n’avez rien d’autre à faire ici.',
  expired_title: 'Cette page a expiré',
  expired_explained: 'Rien n’a été réservé ni débité. Veuillez retourner à la boutique pour recommencer.',
  unknown_title: 'Cette page n’existe pas',
  unknown_explained: 'Veuillez retourner à la boutique et suivre de nouveau son lien.',
  go_on: 'Continuer vers la boutique',
  a_shop: 'la boutique',
  code: 'fr',
};

/** The session's language when we speak it, else the first of the browser's that we speak, else English. */
export function wordingFor(asked: string | null | undefined, acceptLanguage: string | undefined): Wording {
  if (asked && asked !== 'auto') return asked.startsWith('fr') ? fr : en;
  const preferred = (acceptLanguage ?? '')
    .split(',')
    .map((part) => part.trim().slice(0, 2).toLowerCase())
    .find((language) => language === 'fr' || language === 'en');
  return preferred === 'fr' ? fr : en;
}
