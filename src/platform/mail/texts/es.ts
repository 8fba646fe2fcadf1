import type { MailTexts } from '../mail-text.js';

export const es: MailTexts = {
  greeting: 'Hola:',
  footer: '{service} ha enviado este mensaje automáticamente. Por favor, no responda.',
  ifButtonFails: 'Si el botón no funciona, abra esta dirección:',
  mails: {
    confirmation: {
      subject: 'Confirme su dirección',
      paragraphs: [
        'Alguien, probablemente usted, se ha registrado con esta dirección. Confírmela para terminar el registro.',
        'El enlace es válido durante tres días. Se le pedirá la contraseña que eligió al registrarse. Si no la conoce o si se ha registrado otra persona, regístrese de nuevo con esta dirección: el enlace del nuevo mensaje establecerá la nueva contraseña.',
        'Si no se ha registrado usted, no haga nada: sin este enlace no se puede usar la cuenta.',
      ],
      button: 'Confirmar la dirección',
    },
    sign_up_exists: {
      subject: 'Ya tiene una cuenta',
      paragraphs: [
        'Alguien, probablemente usted, ha intentado registrarse con esta dirección, pero ya tiene una cuenta.',
        'Simplemente inicie sesión. Si ha olvidado la contraseña, restablézcala en la página de inicio de sesión. Si no ha sido usted, no tiene que hacer nada.',
      ],
    },
    password_changed: {
      subject: 'Se ha cambiado su contraseña',
      paragraphs: [
        'La contraseña de su cuenta acaba de cambiar y se ha cerrado la sesión en todos los demás dispositivos.',
        'Si no ha sido usted, restablezca la contraseña de inmediato y póngase en contacto con soporte.',
      ],
    },
    email_change_confirm: {
      subject: 'Confirme su nueva dirección',
      paragraphs: [
        'Desea usar a partir de ahora esta dirección para su cuenta. Confírmela para terminar; hasta entonces sigue valiendo la anterior.',
        'El enlace es válido durante un día. Si no ha sido usted, no haga nada.',
      ],
      button: 'Confirmar la nueva dirección',
    },
    email_change_notice: {
      subject: 'Su dirección va a cambiar',
      paragraphs: [
        'Una persona con la sesión iniciada en su cuenta quiere sustituir esta dirección por {newAddress}. Ocurrirá cuando se abra el enlace del mensaje enviado a la nueva dirección.',
        'Si no ha sido usted, cancele el cambio con el enlace de arriba, cambie de inmediato su contraseña y póngase en contacto con soporte.',
      ],
      button: 'Cancelar el cambio',
    },
    email_changed: {
      subject: 'Se ha cambiado su dirección',
      paragraphs: [
        'Su cuenta usa ahora otra dirección. Los mensajes sobre ella ya no llegarán aquí.',
        'Si no ha sido usted, póngase en contacto con soporte de inmediato.',
      ],
    },
  },
};
