import type { MailTexts } from '../mail-text.js';

export const fr: MailTexts = {
  greeting: 'Bonjour,',
  footer: 'Ce message a été envoyé automatiquement par {service}. Merci de ne pas y répondre.',
  ifButtonFails: 'Si le bouton ne fonctionne pas, ouvrez cette adresse :',
  mails: {
    confirmation: {
      subject: 'Confirmez votre adresse',
      paragraphs: [
        'Quelqu’un, sans doute vous, s’est inscrit avec cette adresse. Confirmez-la pour terminer l’inscription.',
        'Le lien est valable trois jours. Le mot de passe choisi lors de l’inscription vous sera demandé. Si vous ne le connaissez pas ou si une autre personne s’est inscrite, inscrivez-vous de nouveau avec cette adresse : le lien du nouveau message définira le nouveau mot de passe.',
        'Si vous ne vous êtes pas inscrit, ne faites rien : sans ce lien, le compte ne peut pas être utilisé.',
      ],
      button: 'Confirmer l’adresse',
    },
    sign_up_exists: {
      subject: 'Vous avez déjà un compte',
      paragraphs: [
        'Quelqu’un, sans doute vous, a voulu s’inscrire avec cette adresse, mais un compte existe déjà.',
        'Connectez-vous simplement. Si vous avez oublié le mot de passe, réinitialisez-le sur la page de connexion. Si ce n’était pas vous, vous n’avez rien à faire.',
      ],
    },
    password_changed: {
      subject: 'Votre mot de passe a été modifié',
      paragraphs: [
        'Le mot de passe de votre compte vient d’être modifié et tous les autres appareils ont été déconnectés.',
        'Si ce n’était pas vous, réinitialisez immédiatement le mot de passe et contactez l’assistance.',
      ],
    },
    email_change_confirm: {
      subject: 'Confirmez votre nouvelle adresse',
      paragraphs: [
        'Vous souhaitez utiliser désormais cette adresse pour votre compte. Confirmez-la pour terminer ; d’ici là, l’ancienne reste valable.',
        'Le lien est valable un jour. Si ce n’était pas vous, ne faites rien.',
      ],
      button: 'Confirmer la nouvelle adresse',
    },
    email_change_notice: {
      subject: 'Votre adresse va être modifiée',
      paragraphs: [
        'Une personne connectée à votre compte souhaite remplacer cette adresse par {newAddress}. Ce sera fait dès que le lien du message envoyé à la nouvelle adresse sera ouvert.',
        'Si ce n’était pas vous, annulez la modification avec le lien ci-dessus, changez immédiatement votre mot de passe et contactez l’assistance.',
      ],
      button: 'Annuler la modification',
    },
    email_changed: {
      subject: 'Votre adresse a été modifiée',
      paragraphs: [
        'Votre compte utilise maintenant une autre adresse. Les messages à son sujet n’arrivent plus ici.',
        'Si ce n’était pas vous, contactez immédiatement l’assistance.',
      ],
    },
  },
};
