import type { MailTexts } from '../mail.js';

export const es: MailTexts = {
  mails: {
    confirmation: {
      subject: 'Confirme su dirección',
      paragraphs: [
        'Alguien, probablemente usted, se ha registrado con esta dirección. Confirme la dirección para completar el registro.',
        'El enlace es válido durante tres días. Se le pedirá la contraseña que eligió al registrarse. Si no la conoce o si se ha registrado otra persona, regístrese de nuevo con esta dirección: el enlace del nuevo mensaje establecerá la nueva contraseña.',
        'Si no se ha registrado usted, no haga nada: sin este enlace no se puede usar la cuenta.',
      ],
      button: 'Confirmar la dirección',
    },
    sign_up_exists: {
      subject: 'Ya tiene una cuenta',
      paragraphs: [
        'Alguien, probablemente usted, ha intentado registrarse con esta dirección, pero ya existe una cuenta con ella.',
        'Inicie sesión con esa cuenta. Si ha olvidado la contraseña, restablézcala en la página de inicio de sesión. Si no ha sido usted, no tiene que hacer nada.',
      ],
      button: 'Iniciar sesión',
    },
    password_changed: {
      subject: 'Se ha cambiado su contraseña',
      paragraphs: [
        'La contraseña de su cuenta acaba de cambiar y se ha cerrado la sesión en todos los demás dispositivos.',
        'Si no ha sido usted, restablezca la contraseña de inmediato y póngase en contacto con soporte.',
      ],
      button: 'Restablecer la contraseña',
    },
    password_may_have_changed: {
      subject: 'Es posible que su contraseña haya cambiado',
      paragraphs: [
        'Se interrumpió un cambio de la contraseña de su cuenta y no sabemos si la nueva contraseña es válida. Por seguridad, se ha cerrado la sesión en los demás dispositivos.',
        'Si la contraseña no funciona, restablézcala. Si no ha sido usted, restablézcala de inmediato y póngase en contacto con soporte.',
      ],
      button: 'Restablecer la contraseña',
    },
    session_reused: {
      subject: 'Es posible que se haya copiado una sesión de su cuenta',
      paragraphs: [
        'Hemos detectado que la sesión guardada en uno de sus dispositivos se ha usado en dos lugares. Es posible que se haya copiado; por eso ya no es válida en ninguno, y puede que también se haya cerrado la sesión en otros dispositivos.',
        'Inicie sesión de nuevo. Si no lo ha causado usted, por ejemplo al copiar los datos de una aplicación, cambie su contraseña y póngase en contacto con soporte.',
      ],
      button: 'Mostrar las sesiones',
    },
    mfa_enabled: {
      subject: 'Se ha configurado un segundo factor en su cuenta',
      paragraphs: [
        'Se ha configurado una aplicación de autenticación en su cuenta: su código se pide en cada inicio de sesión. Se ha cerrado la sesión en todos los demás dispositivos.',
        'Si no fue usted, póngase en contacto con soporte de inmediato: alguien conoce su contraseña o ha usado uno de sus dispositivos.',
      ],
      button: 'Abrir los ajustes de seguridad',
    },
    mfa_removed: {
      subject: 'Se ha quitado el segundo factor de su cuenta',
      paragraphs: [
        'Se ha quitado el segundo factor de su cuenta: su código ya no se pide al iniciar sesión. Se ha cerrado la sesión en los demás dispositivos.',
        'Si no lo quería, inicie sesión, configure de nuevo el segundo factor, cambie su contraseña y póngase en contacto con soporte.',
      ],
      button: 'Abrir los ajustes de seguridad',
    },
    mfa_may_have_changed: {
      subject: 'Es posible que el segundo factor de su cuenta haya cambiado',
      paragraphs: [
        'Se interrumpió un cambio del segundo factor de su cuenta y no sabemos si ha surtido efecto. Por seguridad, se ha cerrado la sesión en los demás dispositivos.',
        'Inicie sesión y compruebe el segundo factor. Si no fue usted, cambie su contraseña de inmediato y póngase en contacto con soporte.',
      ],
      button: 'Abrir los ajustes de seguridad',
    },
    mfa_removal_allowed: {
      subject: 'Su segundo factor se puede quitar al restablecer la contraseña',
      paragraphs: [
        'Soporte ha permitido que se quite el segundo factor de su cuenta. En las próximas 24 horas, restablezca su contraseña y elija quitar el segundo factor; hasta entonces nada cambia.',
        'Si no lo ha pedido, no restablezca su contraseña y póngase en contacto con soporte de inmediato.',
      ],
      button: 'Restablecer la contraseña',
    },
    reset_invitation: {
      subject: 'Elija una nueva contraseña para su cuenta',
      paragraphs: [
        'Tiene una cuenta con esta dirección en {appName}. El inicio de sesión se ha renovado. Para seguir usando su cuenta, elija una nueva contraseña.',
        'En la página que se abre, introduzca esta dirección. Recibirá por correo electrónico un código con el que podrá elegir la nueva contraseña.',
        'El enlace no contiene ninguna contraseña ni código: nadie puede iniciar sesión con él. También puede abrir usted la página de inicio de sesión y restablecer allí la contraseña. Si ya no necesita la cuenta, no tiene que hacer nada.',
      ],
      button: 'Elegir una nueva contraseña',
    },
    email_change_confirm: {
      subject: 'Confirme su nueva dirección',
      paragraphs: [
        'Desea usar a partir de ahora esta dirección para su cuenta. Confírmela para completar el cambio; hasta entonces sigue siendo válida la anterior.',
        'El enlace es válido durante un día. Si no ha sido usted, no haga nada.',
      ],
      button: 'Confirmar la nueva dirección',
    },
    email_change_notice: {
      subject: 'Su dirección va a cambiar',
      paragraphs: [
        'Una persona con la sesión iniciada en su cuenta quiere sustituir esta dirección por {newAddress}. El cambio tendrá efecto cuando se confirme con el enlace del mensaje enviado a la nueva dirección.',
        'Si no ha sido usted, cancele el cambio con el enlace de arriba, cambie de inmediato su contraseña y póngase en contacto con soporte.',
      ],
      button: 'Cancelar el cambio',
    },
    email_changed: {
      subject: 'Se ha cambiado su dirección',
      paragraphs: [
        'Su cuenta usa ahora otra dirección. Los mensajes sobre su cuenta ya no se enviarán a la dirección anterior.',
        'Si no ha sido usted, póngase en contacto con soporte de inmediato.',
      ],
    },
  },
};
