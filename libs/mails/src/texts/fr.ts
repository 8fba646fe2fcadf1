import type { SharedTexts } from './texts.js';

const sms = '{code} est votre code pour {appName}. Ne le communiquez à personne.';

export const fr: SharedTexts = {
  frame: {
    greeting: 'Bonjour,',
    footer: 'Ce message a été envoyé automatiquement par {appName}. Merci de ne pas y répondre.',
    ifButtonFails: 'Si le bouton ne fonctionne pas, ouvrez cette adresse :',
  },
  resetButton: 'Choisir un nouveau mot de passe',
  messages: {
    sign_up: {
      subject: 'Votre code de confirmation',
      before: [
        'Quelqu’un, sans doute vous, s’est inscrit auprès de {appName} avec cette adresse. Saisissez ce code pour la confirmer :',
      ],
      after: ['Le code est valable 24 heures. Si vous ne vous êtes pas inscrit, vous n’avez rien à faire.'],
      sms,
    },
    reset: {
      subject: 'Votre code pour un nouveau mot de passe',
      before: [
        'Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre compte. Saisissez ce code et choisissez le nouveau mot de passe :',
      ],
      after: [
        'Le code est valable une heure. Ne le communiquez à personne : l’assistance ne le demande jamais. Si ce n’était pas vous, vous n’avez rien à faire.',
      ],
      sms,
    },
    attribute: {
      subject: 'Votre code pour confirmer cette adresse',
      before: [
        'Quelqu’un, sans doute vous, souhaite utiliser cette adresse pour un compte auprès de {appName}. Saisissez ce code pour la confirmer :',
      ],
      after: ['Le code est valable 24 heures. Si ce n’était pas vous, vous n’avez rien à faire.'],
      sms,
    },
    sign_in: {
      subject: 'Votre code de connexion',
      before: ['Saisissez ce code pour terminer la connexion à votre compte :'],
      after: [
        'Le code est valable quelques minutes. Ne le communiquez à personne : l’assistance ne le demande jamais. Si vous n’êtes pas en train de vous connecter, quelqu’un connaît votre mot de passe : changez-le immédiatement et contactez l’assistance.',
      ],
      sms,
    },
    invitation: {
      subject: 'Votre mot de passe provisoire',
      before: [
        'Vous avez un compte auprès de {appName}. Connectez-vous avec ce mot de passe provisoire ; vous choisirez ensuite le vôtre :',
      ],
      after: [
        'Votre nom d’utilisateur : {username}',
        'Le mot de passe provisoire ne sert qu’une fois et expire après quelques jours. Ne le communiquez à personne. Si vous n’attendiez pas ce message, vous n’avez rien à faire.',
      ],
      sms: 'Connectez-vous à {appName} : utilisateur {username}, mot de passe {code}',
    },
  },
};
