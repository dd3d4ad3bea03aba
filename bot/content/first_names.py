"""First names that are common in Schleswig-Holstein, by which a name is recognised that nobody introduced.

No list is complete, so a name that is not here may stay; whoever reviews a draft is told so. Names that are ordinary words as
well (*Will*, *Mai*, *Rose*) are left out.
"""

_NAMES = """
Achim Adam Adrian Agnieszka Ahmed Ahmet Aisha Alena Alex Alexander Alexandra Alfred Ali Alice Alina Amelie Amir Ana
Anastasia Andrea Andreas Andrei Andrzej Angela Angelika Anita Anja Anke Ann Anna Anne Annegret Annette Annika Antje Anton
Antonia Arne Arthur Astrid Axel Ayse Ayşe Barbara Bastian Beata Beate Ben Benjamin Bernd Bernhard Bettina Birgit Birte
Bjarne Björn Bo Boris Brigitte Britta Carina Carla Carmen Carolin Carsten Catharina Celina Charlotte Chris Christa Christian
Christiane Christina Christine Christoph Claas Clara Claudia Claus Cornelia Dagmar Daniel Daniela David Denise Dennis Detlef
Diana Dieter Dietmar Dirk Dominik Dora Doris Dorothea Edith Elena Elias Elif Elisabeth Elke Ella Emil Emilia Emily Emine
Emma Eric Erik Erika Erwin Eva Evelyn Fabian Fatima Fatma Felix Finja Finn Florian Frank Franz Franziska Frauke Frieda
Friederike Friedrich Fritz Gabi Gabriele Georg Gerd Gerda Gerhard Gesa Gisela Gregor Greta Grzegorz Gudrun Guido Gunnar
Günter Günther Hamza Hanna Hannah Hannes Hans Harald Hartmut Hasan Hauke Heide Heidi Heike Heiko Heiner Heinrich Heinz
Helena Helga Helmut Henning Henrik Henry Herbert Hermann Hilde Hinnerk Holger Horst Hüseyin Ibrahim Ida Ilse Ines Inga Inge
Ingo Ingrid Inka Irene Irina Iris Isabel Isabell Isabelle Ivan Jaan Jacob Jakob Jan Jana Janina Janine Jannik Jasmin Jens
Jessica Joachim Jochen Johann Johanna Johannes John Jonas Jonathan Josef Judith Jule Julia Julian Juliane Jutta Jörg Jörn
Jürgen Kai Karen Karin Karl Karla Karsten Katarina Katharina Kathrin Katja Katrin Kerstin Kevin Kilian Kim Kirsten Klara
Klaus Knut Konrad Konstantin Kristin Kristina Kurt Lara Lars Lasse Laura Lea Lena Leni Lennart Leon Leonie Levin Lina Linda
Linus Lisa Lorenz Lotta Louis Louisa Luca Lucas Lucia Ludwig Luis Luisa Luise Lukas Maike Maja Malin Malte Manfred Manuel
Manuela Marc Marcel Marco Marcus Maren Margarete Margret Margrit Maria Marianne Marie Marija Marina Mario Marion Marlene
Marlies Marta Marten Martha Martin Martina Marvin Mascha Mathias Mats Matthias Matti Max Maximilian Mehmet Melanie Melina
Merle Mia Michael Michaela Michel Mike Mikkel Milan Mira Miriam Mohamed Mohammad Mohammed Mona Monika Moritz Murat Mustafa
Nadine Nadja Natalia Natalie Neele Nele Nicola Nicolas Nicole Niels Nika Niklas Nikolai Nils Nina Noah Nora Norbert Oksana
Olaf Ole Oleg Olena Olga Oliver Oskar Otto Pascal Patricia Patrick Paul Paula Pauline Pavel Peer Peter Petra Philip Philipp
Phillip Pia Piotr Rabea Rainer Ralf Ralph Ramona Raphael Rebecca Regina Reiner Reinhard Renate Rene René Ricarda Richard
Rieke Robert Robin Roland Rolf Roman Ronja Rosa Rosemarie Rudolf Ruth Rüdiger Sabine Sabrina Samira Samuel Sandra Sara Sarah
Sascha Saskia Sebastian Selin Selma Sergej Sibylle Silke Silvia Simon Simone Sina Sofia Sofie Sonja Sophia Sophie Stefan
Stefanie Steffen Steffi Stephan Stephanie Susanna Susanne Svea Sven Svenja Swantje Sylvia Sönke Tamara Tanja Tatjana Theo
Theresa Theresia Thomas Thorben Thore Thorsten Till Tilman Tim Timm Timo Tina Tjark Tobias Tom Tomasz Torben Torsten Uli
Ulrich Ulrike Ursula Ute Uwe Valentin Valentina Vanessa Vera Verena Veronika Victor Viktor Viktoria Vincent Volker Waltraud
Werner Wiebke Wilhelm Willi Wladimir Wolfgang Yannick Yasmin Yusuf Yvonne Zeynep Zoe Zoë Ömer Özlem
"""
FIRST_NAMES: frozenset[str] = frozenset(_NAMES.split())
