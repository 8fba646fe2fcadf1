import type { MailTexts } from '../mail.js';

export const fr: MailTexts = {
  mails: {
    confirmation: {
      subject: 'Confirmez votre adresse',
      paragraphs: [
        'Quelqu’un, sans doute vous, s’est inscrit avec cette adresse. Confirmez cette adresse pour terminer l’inscription.',
        'Le lien est valable trois jours. Le mot de passe choisi lors de l’inscription vous sera demandé. Si vous ne le connaissez pas ou si une autre personne s’est inscrite, inscrivez-vous de nouveau avec cette adresse : le lien du nouveau message définira le nouveau mot de passe.',
        'Si vous ne vous êtes pas inscrit, ne faites rien : sans ce lien, le compte ne peut pas être utilisé.',
      ],
      button: 'Confirmer l’adresse',
    },
    sign_up_exists: {
      subject: 'Vous avez déjà un compte',
      paragraphs: [
        'Quelqu’un, sans doute vous, a voulu s’inscrire avec cette adresse, mais il existe déjà un compte pour cette adresse.',
        'Connectez-vous avec ce compte. Si vous avez oublié le mot de passe, réinitialisez-le sur la page de connexion. Si ce n’était pas vous, vous n’avez rien à faire.',
      ],
      button: 'Se connecter',
    },
    password_changed: {
      subject: 'Votre mot de passe a été modifié',
      paragraphs: [
        'Le mot de passe de votre compte vient d’être modifié et tous les autres appareils ont été déconnectés.',
        'Si ce n’était pas vous, réinitialisez immédiatement le mot de passe et contactez l’assistance.',
      ],
      button: 'Réinitialiser le mot de passe',
    },
    password_may_have_changed: {
      subject: 'Votre mot de passe a peut-être été modifié',
      paragraphs: [
        'Une modification du mot de passe de votre compte a été interrompue ; nous ne savons pas si le nouveau mot de passe est en vigueur. Par sécurité, les autres appareils ont été déconnectés.',
        'Si le mot de passe ne fonctionne pas, réinitialisez-le. Si ce n’était pas vous, réinitialisez-le immédiatement et contactez l’assistance.',
      ],
      button: 'Réinitialiser le mot de passe',
    },
    session_reused: {
      subject: 'Une session de votre compte a peut-être été copiée',
      paragraphs: [
        'Nous avons constaté que la session enregistrée sur l’un de vos appareils a été utilisée à deux endroits. Elle a peut-être été copiée : elle n’est donc plus valable nulle part, et d’autres appareils ont pu être déconnectés.',
        'Veuillez vous reconnecter. Si vous n’en êtes pas à l’origine, par exemple en copiant les données d’une application, changez votre mot de passe et contactez l’assistance.',
      ],
      button: 'Afficher les sessions',
    },
    mfa_enabled: {
      subject: 'Un second facteur a été configuré pour votre compte',
      paragraphs: [
        'Une application d’authentification a été configurée pour votre compte : son code est demandé à chaque connexion. Tous les autres appareils ont été déconnectés.',
        'Si ce n’était pas vous, contactez immédiatement l’assistance : quelqu’un connaît votre mot de passe ou a utilisé l’un de vos appareils.',
      ],
      button: 'Ouvrir les paramètres de sécurité',
    },
    mfa_removed: {
      subject: 'Le second facteur de votre compte a été supprimé',
      paragraphs: [
        'Le second facteur de votre compte a été supprimé : son code n’est plus demandé à la connexion. Les autres appareils ont été déconnectés.',
        'Si vous ne le vouliez pas, connectez-vous, configurez de nouveau le second facteur, changez votre mot de passe et contactez l’assistance.',
      ],
      button: 'Ouvrir les paramètres de sécurité',
    },
    mfa_may_have_changed: {
      subject: 'Le second facteur de votre compte a peut-être changé',
      paragraphs: [
        'Une modification du second facteur de votre compte a été interrompue, et nous ne savons pas si elle est effective. Par sécurité, les autres appareils ont été déconnectés.',
        'Connectez-vous et vérifiez le second facteur. Si ce n’était pas vous, changez immédiatement votre mot de passe et contactez l’assistance.',
      ],
      button: 'Ouvrir les paramètres de sécurité',
    },
    mfa_removal_allowed: {
      subject: 'Votre second facteur peut être supprimé lors d’une réinitialisation',
      paragraphs: [
        'L’assistance a autorisé la suppression du second facteur de votre compte. Dans les 24 heures, réinitialisez votre mot de passe et choisissez de supprimer le second facteur ; d’ici là, rien ne change.',
        'Si vous n’avez rien demandé, ne réinitialisez pas votre mot de passe et contactez immédiatement l’assistance.',
      ],
      button: 'Réinitialiser le mot de passe',
    },
    reset_invitation: {
      subject: 'Choisissez un nouveau mot de passe pour votre compte',
      paragraphs: [
        'Vous avez un compte avec cette adresse auprès de {appName}. La connexion a été renouvelée. Pour continuer à utiliser votre compte, veuillez choisir un nouveau mot de passe.',
        'Saisissez cette adresse sur la page qui s’ouvre. Vous recevrez alors par e-mail un code qui vous permettra de choisir le nouveau mot de passe.',
        'Le lien ne contient ni mot de passe ni code : personne ne peut se connecter avec. Vous pouvez aussi ouvrir vous-même la page de connexion et y réinitialiser le mot de passe. Si vous n’avez plus besoin du compte, vous n’avez rien à faire.',
      ],
      button: 'Choisir un nouveau mot de passe',
    },
    email_change_confirm: {
      subject: 'Confirmez votre nouvelle adresse',
      paragraphs: [
        'Vous souhaitez utiliser désormais cette adresse pour votre compte. Confirmez-la pour terminer la modification ; d’ici là, l’ancienne reste valable.',
        'Le lien est valable un jour. Si ce n’était pas vous, ne faites rien.',
      ],
      button: 'Confirmer la nouvelle adresse',
    },
    email_change_notice: {
      subject: 'Votre adresse va être modifiée',
      paragraphs: [
        'Une personne connectée à votre compte souhaite remplacer cette adresse par {newAddress}. La modification prendra effet dès qu’elle sera confirmée avec le lien du message envoyé à la nouvelle adresse.',
        'Si ce n’était pas vous, annulez la modification avec le lien ci-dessus, changez immédiatement votre mot de passe et contactez l’assistance.',
      ],
      button: 'Annuler la modification',
    },
    email_changed: {
      subject: 'Votre adresse a été modifiée',
      paragraphs: [
        'Votre compte utilise maintenant une autre adresse. Les messages concernant votre compte ne sont plus envoyés à l’ancienne adresse.',
        'Si ce n’était pas vous, contactez immédiatement l’assistance.',
      ],
    },
  },
};
